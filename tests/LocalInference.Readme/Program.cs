using LocalInference;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

await using LocalModel model = await LocalModel.LoadAsync(args[0]);

// A chat:
Console.WriteLine(await model.AsIChatClient().GetResponseAsync("Why is the sky blue?"));

// A text that goes on:
var sampling = new SamplingOptions { Temperature = 0.7f, Seed = 42 };
var options = new GenerationOptions { MaxTokens = 100, StopSequences = ["\n\n"], Sampling = sampling };
await foreach (GenerationUpdate update in model.GenerateAsync("Once upon a time", options))
{
    Console.Write(update.Text);
}
