// Node.js example: npm install openai, save this as chat.mjs, node chat.mjs
import OpenAI from "openai";

const apiKey = process.env.MY_LLM_API_KEY;
if (!apiKey) throw new Error("set MY_LLM_API_KEY");
// The library sends what it finds in OPENAI_* along, which is not for this service.
for (const name of Object.keys(process.env)) if (name.startsWith("OPENAI_")) delete process.env[name];

const client = new OpenAI({
  apiKey,
  baseURL: "https://llm.example.com/v1",
});
const response = await client.chat.completions.create({
  model: "'; touch pwned; ' \"; touch pwned; \" $(touch pwned) `touch pwned` ${AWS_SECRET_ACCESS_KEY} ${process.exit(9)} \nEOF\ntouch pwned\n \\ \\' \\\" \\\\ \\\n \u003c/script> \u003c!-- */ * // # ''' \"\"\" {{.Host}} %s %{url} @/etc/passwd !! \u2028\u2029\u202e\ufeff\u200b \u000d\n\u0009\u0008\u000c\u000b\u0007\u001b\u0000\u007f h\u00e4\u00e9 \u6f22\u5b57 \ud83d\ude00 \udb40\udc01 {\"a\":[1]}",
  messages: [{ role: "user", content: "'; touch pwned; ' \"; touch pwned; \" $(touch pwned) `touch pwned` ${AWS_SECRET_ACCESS_KEY} ${process.exit(9)} \nEOF\ntouch pwned\n \\ \\' \\\" \\\\ \\\n \u003c/script> \u003c!-- */ * // # ''' \"\"\" {{.Host}} %s %{url} @/etc/passwd !! \u2028\u2029\u202e\ufeff\u200b \u000d\n\u0009\u0008\u000c\u000b\u0007\u001b\u0000\u007f h\u00e4\u00e9 \u6f22\u5b57 \ud83d\ude00 \udb40\udc01 {\"a\":[1]}" }],
});
console.log(response.choices[0].message.content);
