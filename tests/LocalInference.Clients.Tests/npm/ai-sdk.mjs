import assert from "node:assert/strict";
import { generateText, stepCountIs, tool } from "ai";
import { createOllama } from "ai-sdk-ollama";
import { shared } from "./ai-sdk-scenarios.mjs";
import { assertPlace, place, text } from "./expected.mjs";

export function scenarios(baseURL) {
  const ollama = createOllama({ baseURL });
  const model = ollama("chat");
  const once = { model, prompt: "Hi", maxRetries: 0 };
  return {
    ...shared(model, ollama.embedding("embed")),
    async tools() {
      let noted;
      const note_place = tool({ description: "Notes a place.", inputSchema: place, execute: (value) => { noted = value; return "noted"; } });
      const answer = await generateText({ ...once, tools: { note_place }, stopWhen: stepCountIs(3) });
      assertPlace(noted);
      assert.equal(answer.text, text);
    },
  };
}
