# Python example: pip install openai
import os

import openai

api_key = os.environ["MY_LLM_API_KEY"]
# The library sends what it finds in OPENAI_* along, which is not for this service.
for name in [name for name in os.environ if name.startswith("OPENAI_")]:
    del os.environ[name]

client = openai.OpenAI(
    api_key=api_key,
    base_url="https://llm.example.com/v1",
)
response = client.chat.completions.create(
    model="small-1",
    messages=[{"role": "user", "content": "Say hello in one sentence."}],
    extra_headers={"Authorization": openai.Omit(), "api-key": api_key},
)
print(response.choices[0].message.content)
