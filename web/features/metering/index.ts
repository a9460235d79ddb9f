export { MyUsage, ProjectUsage } from "./project-usage.tsx";
