using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using LocalInference.Abstractions;

namespace LocalInference.EmbeddingComparison;

/// <summary>Lets both sides take turns. The server's settings are the best of some that are tried first.</summary>
internal static class Comparison
{
    // Weights in half precision or less, and other shapes of a batch.
    private const double LeastCosine = 0.99;

    // Different texts each time: nobody is to answer from a cache.
    private static int s_seed;

    /// <returns>Whether both sides gave the same vectors.</returns>
    public static async Task<bool> RunAsync(Settings settings, TextWriter output, CancellationToken cancellationToken)
    {
        LocalModel model = await LocalModel.LoadAsync(settings.Model, new LocalModelOptions { Threads = settings.Threads, AdaptThreads = false }, progress: null, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            Warn(output);
            ServerSettings best = await FindBestAsync(settings, model, output, cancellationToken).ConfigureAwait(false);
            EmbeddingServer server = await EmbeddingServer.StartAsync(settings, best, cancellationToken).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                double cosine = await CompareAsync(settings, model, server, cancellationToken).ConfigureAwait(false);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"lowest cosine between the sides' vectors: {cosine:0.000000}"));
                await MeasureAsync(settings, model, server, output, cancellationToken).ConfigureAwait(false);
                return cosine >= LeastCosine;
            }
        }
    }

    private static async Task MeasureAsync(Settings settings, LocalModel model, EmbeddingServer server, TextWriter output, CancellationToken cancellationToken)
    {
        List<double> ratios = [];
        for (int round = 0; round < settings.Rounds; round++)
        {
            string[] texts = ShortTexts.Make(model.Tokenizer, ++s_seed, settings.Texts);
            long tokens = texts.Sum(text => (long)model.Tokenizer.Encode(text).Length);

            // Who goes second finds the machine as the first one left it.
            double theirs = 0;
            if (round % 2 == 1)
            {
                theirs = await TimeAsync(() => server.EmbedAsync(texts, cancellationToken)).ConfigureAwait(false);
            }

            double ours = await TimeAsync(() => EmbedAsync(settings, model, texts, cancellationToken)).ConfigureAwait(false);
            if (round % 2 == 0)
            {
                theirs = await TimeAsync(() => server.EmbedAsync(texts, cancellationToken)).ConfigureAwait(false);
            }

            ratios.Add(theirs / ours);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round + 1}: {settings.Texts} texts, {tokens} tokens: in process {ours:0.00} s ({tokens / ours:0} tokens/s), llama-server {theirs:0.00} s ({tokens / theirs:0} tokens/s), ratio {theirs / ours:0.00}"));
        }

        ratios.Sort();
        double median = (ratios[(ratios.Count - 1) / 2] + ratios[ratios.Count / 2]) / 2;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median ratio {median:0.00}"));
    }

    private static async Task<ServerSettings> FindBestAsync(Settings settings, LocalModel model, TextWriter output, CancellationToken cancellationToken)
    {
        (ServerSettings Settings, double Rate)? best = null;
        foreach (ServerSettings candidate in ServerSettings.Candidates)
        {
            EmbeddingServer server = await EmbeddingServer.StartAsync(settings, candidate, cancellationToken).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                string[] texts = ShortTexts.Make(model.Tokenizer, ++s_seed, settings.Texts);
                await server.EmbedAsync(texts[..Math.Min(texts.Length, 16)], cancellationToken).ConfigureAwait(false);
                double seconds = await TimeAsync(() => server.EmbedAsync(texts, cancellationToken)).ConfigureAwait(false);
                double rate = texts.Sum(text => (long)model.Tokenizer.Encode(text).Length) / seconds;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"llama-server {candidate}: {rate:0} tokens/s"));
                best = best is null || rate > best.Value.Rate ? (candidate, rate) : best;
            }
        }

        return best!.Value.Settings;
    }

    // Also the warm-up of both sides.
    private static async Task<double> CompareAsync(Settings settings, LocalModel model, EmbeddingServer server, CancellationToken cancellationToken)
    {
        string[] texts = ShortTexts.Make(model.Tokenizer, ++s_seed, Math.Min(settings.Texts, 64));
        float[][] theirs = await server.EmbedAsync(texts, cancellationToken).ConfigureAwait(false);
        float[][] ours = await EmbedAsync(settings, model, texts, cancellationToken).ConfigureAwait(false);
        return texts.Select((_, i) => TensorPrimitives.CosineSimilarity(ours[i], theirs[i])).Min();
    }

    private static async Task<float[][]> EmbedAsync(Settings settings, LocalModel model, string[] texts, CancellationToken cancellationToken)
    {
        EmbeddingResult result = await model.EmbedAsync(
            new EmbeddingRequest { Inputs = [.. texts.Select(static text => new EmbeddingInput(text))], Pooling = settings.Pooling },
            cancellationToken).ConfigureAwait(false);
        return [.. result.Embeddings.Select(static embedding => embedding.Vector.ToArray())];
    }

    private static async Task<double> TimeAsync(Func<Task<float[][]>> embed)
    {
        long start = Stopwatch.GetTimestamp();
        _ = await embed().ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Warn(TextWriter output)
    {
        const double MostLoad = 0.3;
        if (File.Exists("/proc/loadavg")
            && double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) is > MostLoad and var load)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"warning: the machine is not idle (load average {load:0.0}); these figures prove nothing"));
        }
    }
}
