export { DEFAULT_AGENT_ID } from "./policy.ts";
export { type ResolvedAgent, requireUsableAgent, resolveAgent } from "./resolve-agent.ts";
export { agentRoutes } from "./routes.ts";
export { purgeDeletedAgents } from "./service.ts";
