export { AgentList } from "./agent-list.tsx";
export { agentsFor } from "./agents-for.ts";
export { ProjectAgents } from "./project-agents.tsx";
