// node cut.mjs PRISM NAME DOCUMENT OPERATIONS OUT
// Takes the operations of NAME that OPERATIONS lists out of an OpenAPI document (JSON or YAML), with all that they refer to, and closes
// the bodies of requests: what the document does not name is refused where it does not say that anything goes. PRISM is the folder in
// which Prism is installed; its YAML reader is used.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [prism, name, from, operations, out] = process.argv.slice(2);
const text = readFileSync(from, "utf8");
const parse = from.endsWith(".json") ? JSON.parse : createRequire(join(prism, "x.js"))("@stoplight/yaml").parse;
const document = parse(text);

const at = (ref) => ref.slice(2).split("/").reduce((value, step) => value?.[step.replaceAll("~1", "/").replaceAll("~0", "~")], document);
const resolved = (value) => {
  while (value?.$ref) value = at(value.$ref);
  return value;
};

/** A schema of a request without what it leaves open by saying nothing. */
function closed(schema, depth = 0) {
  schema = resolved(schema);
  if (!schema || typeof schema !== "object" || depth > 12) return schema ?? {};
  let { allOf, ...own } = schema;
  for (const part of allOf ?? []) {
    const { properties, required, ...more } = closed(part, depth + 1);
    if (more.additionalProperties === false) delete more.additionalProperties;
    own = { ...more, ...own, properties: { ...properties, ...own.properties }, required: [...(required ?? []), ...(own.required ?? [])] };
  }
  if (own.required?.length === 0) delete own.required;
  // Prism 5.16.0 checks nothing of a body in which `nullable` stands beside `oneOf`, and says nothing. No null is sent here.
  if (own.nullable && !own.type) delete own.nullable;
  if (own.items) own.items = closed(own.items, depth + 1);
  if (own.properties) {
    own.properties = Object.fromEntries(Object.entries(own.properties).map(([key, value]) => [key, closed(value, depth + 1)]));
    own.additionalProperties ??= false;
  }
  return own;
}

/** A response as its example: it is the request that is judged. */
function answered(response) {
  const media = Object.entries(response.content ?? {}).map(([type, { schema, example, examples }]) => {
    example ??= resolved(Object.values(examples ?? {})[0])?.value;
    if (typeof example === "string" && type === "application/json") example = JSON.parse(example);
    return [type, example === undefined ? { schema } : { example }];
  });
  return { description: response.description ?? "", content: Object.fromEntries(media) };
}

/** The one part of a form with a file. */
const FILE = { type: "object", required: ["file"], properties: { file: { type: "string", format: "binary" } }, additionalProperties: false };

const paths = {};
let count = 0;
for (const line of readFileSync(operations, "utf8").split("\n")) {
  const [whose, method, path, amended] = line.split(" ");
  if (whose !== name) continue;
  const item = resolved(document.paths[path]);
  const operation = item?.[method.toLowerCase()];
  if (!operation) throw new Error(`${from} has no ${method} ${path}`);
  const taken = { ...operation, parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolved) };
  if (operation.requestBody) {
    const body = resolved(operation.requestBody);
    const content = Object.entries(body.content ?? {}).map(([type, media]) => [type, { schema: closed(media.schema) }]);
    taken.requestBody = { required: body.required ?? true, content: Object.fromEntries(content) };
  }
  if (amended === "body") taken.requestBody = { content: { "text/plain": { schema: {} } } };
  if (amended === "file") taken.requestBody = { required: true, content: { "multipart/form-data": { schema: FILE } } };
  const good = Object.entries(operation.responses).filter(([status]) => status.startsWith("2"));
  taken.responses = Object.fromEntries(good.map(([status, response]) => [status, answered(resolved(response))]));
  delete taken.callbacks;
  (paths[path] ??= {})[method.toLowerCase()] = taken;
  count += 1;
}

const made = { openapi: document.openapi, info: { title: document.info.title, version: String(document.info.version) }, paths, components: {} };
if (document.security) made.security = document.security;
if (document.components?.securitySchemes) made.components.securitySchemes = document.components.securitySchemes;
const open = [made.paths];
while (open.length > 0) {
  const value = open.pop();
  if (!value || typeof value !== "object") continue;
  const ref = typeof value.$ref === "string" ? value.$ref : "";
  const [, , group, entry] = ref.split("/");
  if (group && !made.components[group]?.[entry]) {
    (made.components[group] ??= {})[entry] = at(ref);
    open.push(at(ref));
  }
  open.push(...Object.values(value));
}
writeFileSync(out, JSON.stringify(made));
console.error(`contracts: ${name}: ${count} operations of "${document.info.title}" ${document.info.version}, ${from.split("/").at(-1)}`);
