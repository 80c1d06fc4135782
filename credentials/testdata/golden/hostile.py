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
    model="'; touch pwned; ' \"; touch pwned; \" $(touch pwned) `touch pwned` ${AWS_SECRET_ACCESS_KEY} ${process.exit(9)} \nEOF\ntouch pwned\n \\ \\' \\\" \\\\ \\\n </script> <!-- */ * // # ''' \"\"\" {{.Host}} %s %{url} @/etc/passwd !! \u2028\u2029\u202e\ufeff\u200b \r\n\t\b\f\v\a\x1b\x00\x7f h\u00e4\u00e9 \u6f22\u5b57 \U0001f600 \U000e0001 {\"a\":[1]}",
    messages=[{"role": "user", "content": "'; touch pwned; ' \"; touch pwned; \" $(touch pwned) `touch pwned` ${AWS_SECRET_ACCESS_KEY} ${process.exit(9)} \nEOF\ntouch pwned\n \\ \\' \\\" \\\\ \\\n </script> <!-- */ * // # ''' \"\"\" {{.Host}} %s %{url} @/etc/passwd !! \u2028\u2029\u202e\ufeff\u200b \r\n\t\b\f\v\a\x1b\x00\x7f h\u00e4\u00e9 \u6f22\u5b57 \U0001f600 \U000e0001 {\"a\":[1]}"}],
)
print(response.choices[0].message.content)
