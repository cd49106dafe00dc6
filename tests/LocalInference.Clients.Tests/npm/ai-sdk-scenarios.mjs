import assert from "node:assert/strict";
import { embed, generateText, Output, streamText } from "ai";
import { assertPlace, place, text } from "./expected.mjs";

// What every provider of Vercel's AI SDK does alike.
export function shared(model, embedding) {
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
    async structured() {
      const answer = await generateText({ ...once, output: Output.object({ schema: place }) });
      assertPlace(answer.output);
    },
    async embed() {
      const answer = await embed({ model: embedding, value: "the cat", maxRetries: 0 });
      assert.ok(answer.embedding.length > 0);
    },
  };
}
