using LocalInference;
using LocalInference.Abstractions;

await using LocalModel model = await LocalModel.LoadAsync(args[0]);

var options = new GenerationOptions
{
    MaxTokens = 100,
    StopSequences = ["\n\n"],
    Sampling = new SamplingOptions { Temperature = 0.7f, Seed = 42 },
};

await foreach (GenerationUpdate update in model.GenerateAsync("Once upon a time", options))
{
    Console.Write(update.Text);
}
