// Signs webhooks with Twilio's own library. In: a JSON array of {token, url, params} (a form; a value may be an array) or
// {token, url, body} (the URL gets its bodySHA256). Out: a JSON array of {url, signature}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const twilio = createRequire(process.argv[2] + "/")("twilio");
const { getExpectedBodyHash, getExpectedTwilioSignature, validateRequest, validateRequestWithBody } = twilio;

function sign({ token, url, params, body }) {
  if (body !== undefined) url += (url.includes("?") ? "&" : "?") + "bodySHA256=" + getExpectedBodyHash(body);
  const signature = getExpectedTwilioSignature(token, url, params ?? {});
  const holds = body === undefined ? validateRequest(token, signature, url, params)
                                   : validateRequestWithBody(token, signature, url, body);
  if (!holds) throw new Error("the library does not accept its own signature of " + url);
  return { url, signature };
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(sign)));
