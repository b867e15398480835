// Has `import` look where `require` looks, too: in NODE_PATH, which has the layers and AWS's SDK.

import path from "node:path";
import { pathToFileURL } from "node:url";

const PLACES = (process.env.NODE_PATH ?? "")
  .split(":")
  .filter(Boolean)
  .map((folder) => pathToFileURL(path.join(folder.replace(/\/node_modules\/?$/, ""), "index.mjs")).href);

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (error?.code !== "ERR_MODULE_NOT_FOUND" || /^(\.|\/|[a-z]+:)/.test(specifier)) {
      throw error;
    }
    for (const parentURL of PLACES) {
      try {
        return await next(specifier, { ...context, parentURL });
      } catch {
        continue; // to the next place; if there is none, the first error says more
      }
    }
    throw error;
  }
}
