import assert from "node:assert/strict";
import { embed, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { createOllama } from "ai-sdk-ollama";
import { assertPlace, place, text } from "./expected.mjs";

export function scenarios(baseURL) {
  const ollama = createOllama({ baseURL });
  const model = ollama("chat");
  const once = { model, prompt: "Hi", maxRetries: 0 };
  return {
    async chat() {
      const answer = await generateText(once);
      assert.equal(answer.text, text);
      assert.equal(answer.finishReason, "stop");
      assert.ok(answer.usage.outputTokens > 0);
    },
    async stream() {
      let said = "";
      for await (const part of streamText(once).textStream) {
        said += part;
      }
      assert.equal(said, text);
    },
    async tools() {
      let noted;
      const note_place = tool({ description: "Notes a place.", inputSchema: place, execute: (value) => { noted = value; return "noted"; } });
      const answer = await generateText({ ...once, tools: { note_place }, stopWhen: stepCountIs(3) });
      assertPlace(noted);
      assert.equal(answer.text, text);
    },
    async structured() {
      const answer = await generateText({ ...once, output: Output.object({ schema: place }) });
      assertPlace(answer.output);
    },
    async embed() {
      const { embedding } = await embed({ model: ollama.embedding("embed"), value: "the cat", maxRetries: 0 });
      assert.ok(embedding.length > 0);
    },
  };
}
