// An ES module: `import` finds the SDK that the runtime brings, and what stands at its top may wait.

import { S3Client } from "@aws-sdk/client-s3";
import { readFile } from "node:fs/promises";

const own = await readFile(new URL(import.meta.url), "utf8");

export const handler = async () => ({ sdk: typeof S3Client, lines: own.split("\n").length });
