// Node.js example: npm install @aws-sdk/client-bedrock-runtime, save this as bedrock.mjs, node bedrock.mjs
import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";

const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) throw new Error("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
delete process.env.AWS_BEARER_TOKEN_BEDROCK; // the SDK would use it in place of the key, and not say so

const client = new BedrockRuntimeClient({
  region: "eu-north-1",
  endpoint: "https://bedrock-runtime.eu-north-1.amazonaws.com",
  useFipsEndpoint: false, // nothing is to be added to the endpoint, whatever the environment says
  useDualstackEndpoint: false,
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN || undefined, // temporary keys have one
  },
});
const response = await client.send(new ConverseCommand({
  modelId: "eu.anthropic.claude-sonnet-4-6",
  messages: [{ role: "user", content: [{ text: "Say hello in one sentence." }] }],
}));
// An answer may begin with a block of reasoning, which has no text of its own.
console.log(response.output.message.content.map((block) => block.text ?? "").join(""));
