import assert from "node:assert/strict";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, stepCountIs, streamText, tool } from "ai";
import { shared } from "./ai-sdk-scenarios.mjs";
import { assertPlace, place, text } from "./expected.mjs";

export function scenarios(url) {
  const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: "none" });
  const model = openai.responses("chat");

  // A loop of a call and an answer, twice. What the server said is sent back by its ids. Retries stay on: Node.js may send a request on
  // the connection of a stream that the SDK has just left, which fails whatever the server is.
  const converse = async (ask) => {
    const noted = [];
    const note_place = tool({ description: "Notes a place.", inputSchema: place, execute: (value) => { noted.push(value); return "noted"; } });
    const messages = [];
    for (const content of ["Hi", "And now?"]) {
      messages.push({ role: "user", content });
      const answer = await ask({ model, messages, tools: { note_place }, stopWhen: stepCountIs(3) });
      assert.equal(answer.text, text);
      assert.equal(answer.steps.length, 2);
      const references = answer.steps[0].request.body.input.filter((item) => item.type === "item_reference");
      assert.equal(references.length > 0, content !== "Hi");
      messages.push(...answer.response.messages);
    }
    assert.equal(noted.length, 2);
    noted.forEach(assertPlace);
  };
  return {
    ...shared(model, openai.embedding("embed")),
    async tools() {
      await converse(generateText);
    },
    async "streamed tools"() {
      await converse(async (request) => {
        const stream = streamText(request);
        await stream.consumeStream();
        return { text: await stream.text, steps: await stream.steps, response: await stream.response };
      });
    },
  };
}
