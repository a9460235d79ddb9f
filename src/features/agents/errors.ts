import { Problem } from "../../platform/http/problem.ts";

export const agentNotFound = () =>
  new Problem(404, "agent_not_found", "This agent does not exist, or you may not see it.");
export const agentAdminNeeded = () =>
  new Problem(403, "admin_needed", "Only admins change the workspace's agents.");
export const defaultAgentStays = () =>
  new Problem(
    409,
    "default_agent",
    "The workspace's default agent cannot be deleted. Change it instead.",
  );
export const modelNotOffered = () =>
  new Problem(422, "model_not_offered", "This model is not available.", {
    errors: [{ path: "modelId", message: "is not a model of this workspace" }],
  });
export const agentUnknownHere = () =>
  new Problem(422, "agent_unknown", "This agent is not available in the project.", {
    errors: [{ path: "agentId", message: "is not an agent of this project or the workspace" }],
  });
