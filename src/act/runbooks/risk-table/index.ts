import { AWS_TOOLS } from './aws.ts';
import { BUILD_TOOLS } from './build-tools.ts';
import { CLOUD_TOOLS } from './clouds.ts';
import { CONTAINER_TOOLS } from './containers.ts';
import { DATA_STORE_TOOLS } from './data-stores.ts';
import { FILE_TOOLS } from './files.ts';
import { KUBERNETES_TOOLS } from './kubernetes.ts';
import type { RiskTool } from './rule.ts';
import { SHELL_BUILTINS } from './shell-builtins.ts';
import { SYSTEM_TOOLS } from './system.ts';
import { TEXT_TOOLS } from './text-tools.ts';

/** Every tool whose calls can be judged by rules alone. A tool that is not here is opaque. */
export const RISK_TABLE: readonly RiskTool[] = [
  ...SHELL_BUILTINS,
  ...TEXT_TOOLS,
  ...FILE_TOOLS,
  ...KUBERNETES_TOOLS,
  ...CONTAINER_TOOLS,
  ...AWS_TOOLS,
  ...CLOUD_TOOLS,
  ...DATA_STORE_TOOLS,
  ...SYSTEM_TOOLS,
  ...BUILD_TOOLS,
];

/** The same by name. */
export const TOOLS: ReadonlyMap<string, RiskTool> = new Map(
  RISK_TABLE.flatMap((tool) => tool.names.map((name) => [name, tool] as const)),
);
