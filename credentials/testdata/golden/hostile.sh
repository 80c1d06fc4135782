curl -X POST 'https://llm.example.com/v1/chat/completions' \
  -H 'Content-Type: application/json' \
  --globoff \
  --data-raw '{"model":"'\''; touch pwned; '\'' \"; touch pwned; \" $(touch pwned) `touch pwned` ${AWS_SECRET_ACCESS_KEY} ${process.exit(9)} \nEOF\ntouch pwned\n \\ \\'\'' \\\" \\\\ \\\n \u003c/script> \u003c!-- */ * // # '\'''\'''\'' \"\"\" {{.Host}} %s %{url} @/etc/passwd !! \u2028\u2029\u202e\ufeff\u200b \u000d\n\u0009\u0008\u000c\u000b\u0007\u001b\u0000\u007f h\u00e4\u00e9 \u6f22\u5b57 \ud83d\ude00 \udb40\udc01 {\"a\":[1]}","messages":[{"role":"user","content":"'\''; touch pwned; '\'' \"; touch pwned; \" $(touch pwned) `touch pwned` ${AWS_SECRET_ACCESS_KEY} ${process.exit(9)} \nEOF\ntouch pwned\n \\ \\'\'' \\\" \\\\ \\\n \u003c/script> \u003c!-- */ * // # '\'''\'''\'' \"\"\" {{.Host}} %s %{url} @/etc/passwd !! \u2028\u2029\u202e\ufeff\u200b \u000d\n\u0009\u0008\u000c\u000b\u0007\u001b\u0000\u007f h\u00e4\u00e9 \u6f22\u5b57 \ud83d\ude00 \udb40\udc01 {\"a\":[1]}"}]}' \
  -H @- <<EOF
Authorization: Bearer ${MY_LLM_API_KEY:?}
EOF
