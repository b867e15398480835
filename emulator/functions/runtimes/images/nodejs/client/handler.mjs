// Finds and loads the handler, a CommonJS or an ES module.

import { existsSync } from "node:fs";
import { createRequire, register } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { HandlerNotFound, ImportModuleError, MalformedHandlerName, UserCodeSyntaxError } from "./errors.mjs";

const require = createRequire(new URL("index.mjs", import.meta.url)); // which errors name as the one who asked
const NAME = /^([^.]*)\.(.*)$/; // file without its ending, then what it exports, which may have dots

export async function loadHandler(root, name) {
  if (name.includes("..")) {
    throw new MalformedHandlerName(
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const match = NAME.exec(path.basename(name));
  if (!match) {
    throw new MalformedHandlerName("Bad handler");
  }
  const module = await load(path.resolve(root, path.dirname(name), match[1]));
  const found = match[2].split(".").reduce((value, key) => value?.[key], module);
  if (found === undefined || found === null) {
    throw new HandlerNotFound(`${name} is undefined or not exported`);
  }
  if (typeof found !== "function") {
    throw new HandlerNotFound(`${name} is not a function`);
  }
  return found;
}

async function load(file) {
  try {
    if (existsSync(`${file}.js`)) {
      return await (isModule(file) ? imported(`${file}.js`) : require(`${file}.js`));
    }
    if (existsSync(`${file}.mjs`)) {
      return await imported(`${file}.mjs`);
    }
    return require(existsSync(`${file}.cjs`) ? `${file}.cjs` : named(file));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new UserCodeSyntaxError(error);
    }
    if (error?.code === "MODULE_NOT_FOUND") {
      throw new ImportModuleError(error);
    }
    throw error;
  }
}

// A folder with an index.js, or a module of a layer; a missing one is named as the user knows it.
function named(file) {
  return existsSync(file) ? file : path.relative(process.env.LAMBDA_TASK_ROOT, file);
}

async function imported(file) {
  register("./resolver.mjs", import.meta.url);
  return import(pathToFileURL(file).href);
}

// Tells whether a .js file is an ES module: the nearest package.json says so.
function isModule(file) {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (existsSync(manifest)) {
      return require(manifest).type === "module";
    }
    if (folder === path.dirname(folder) || path.basename(folder) === "node_modules") {
      return false;
    }
  }
}
