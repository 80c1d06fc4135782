// The pages work without this script. It has the tabs of one browser follow a
// sign-out in one of them, and copies examples.
"use strict";

const sessions = new BroadcastChannel("session");
if (document.body.dataset.session === "open") {
  sessions.onmessage = () => location.replace("/");
} else if (document.body.dataset.session === "ended") {
  sessions.postMessage("ended");
}

const insecure = document.getElementById("insecure");
if (insecure) insecure.hidden = window.isSecureContext;

for (const example of document.querySelectorAll(".example")) {
  const button = example.querySelector("button");
  const copied = example.querySelector(".copied");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = example.querySelectorAll("pre")[[...example.querySelectorAll("input")].findIndex((tab) => tab.checked)].textContent;
    try {
      await navigator.clipboard.writeText(text);
      copied.textContent = "Copied";
    } catch {
      copied.textContent = "The browser does not allow it";
    }
  });
  example.addEventListener("change", () => { copied.textContent = ""; });
}
