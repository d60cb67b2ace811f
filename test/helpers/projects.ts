/** Small real projects for tests, and the environments to build them in. */
export { cpythonModule, type Functions } from "./projects/cpython-module.ts";
export { cmakeProject } from "./projects/cmake.ts";
export { type Incident, incidentProject } from "./projects/incident.ts";
export { nvccProject } from "./projects/nvcc.ts";
export { setuptoolsProject } from "./projects/setuptools.ts";
export { skbuildProject } from "./projects/skbuild.ts";
export { torchOperators, torchProject } from "./projects/torch.ts";
export { pythonVenv, seeFolder, type Venv } from "./venv.ts";
export type { Project } from "./projects/project.ts";
