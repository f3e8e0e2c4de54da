// Parses an AsyncAPI document; errors and warnings of the parser end it with 1.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const [ERROR, WARNING] = [0, 1];
const complaints = diagnostics.filter(({ severity }) => severity === ERROR || severity === WARNING);
for (const { code, path, message } of complaints) console.log(code, path.join("."), message);
if (!document || complaints.length) process.exit(1);
console.log(`AsyncAPI ${document.version()}, ${document.operations().length} operations, ${document.allMessages().length} messages`);
