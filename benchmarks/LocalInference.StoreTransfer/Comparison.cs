using System.Diagnostics;
using System.Globalization;
using LocalInference.Abstractions;

namespace LocalInference.StoreTransfer;

/// <summary>How fast a model came, and how fast others fetch and hash the same bytes.</summary>
/// <param name="Bytes">The model's.</param>
/// <param name="PullSeconds">Of each pull.</param>
/// <param name="OtherSeconds">Of curl and sha256sum, each time.</param>
/// <param name="GrowthMebibytes">By how much this process grew at most during a pull that was not the first.</param>
internal sealed record Comparison(long Bytes, double[] PullSeconds, double[] OtherSeconds, double GrowthMebibytes)
{
    public double Share => Median(OtherSeconds) / Median(PullSeconds);

    public static async Task<Comparison> RunAsync(long bytes, int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("localinference-transfer-").FullName;
        try
        {
            using LoopbackRegistry registry = await LoopbackRegistry.StartAsync(Path.Combine(folder, "registry")).ConfigureAwait(false);
            using ModelStore store = ModelStore.Open(new ModelStoreOptions { Directory = Path.Combine(folder, "store"), ReadOnlyDirectories = [] });
            string name = $"{registry.Host}/library/transfer:latest";
            string digest = await OfferAsync(store, name, folder, bytes).ConfigureAwait(false);

            List<double> pulls = [];
            List<double> others = [];
            double growth = 0;
            for (int round = 0; round <= rounds; round++)
            {
                store.Remove(name);
                double other = await FetchAsync($"http://{registry.Host}/v2/library/transfer/blobs/{digest}", Path.Combine(folder, "blob"), digest).ConfigureAwait(false);
                (double pull, double grown) = await PullAsync(store, name).ConfigureAwait(false);

                // The first of each reads the program and the file for the first time.
                if (round > 0)
                {
                    pulls.Add(pull);
                    others.Add(other);
                    growth = Math.Max(growth, grown);
                }
            }

            return new Comparison(bytes, [.. pulls], [.. others], growth);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Bytes / 1e6:0} MB, {PullSeconds.Length} rounds: pull {Bytes / 1e6 / Median(PullSeconds):0} MB/s, curl and sha256sum {Bytes / 1e6 / Median(OtherSeconds):0} MB/s, share {Share:0.00}, growth {GrowthMebibytes:0} MiB");

    private static async Task<string> OfferAsync(ModelStore store, string name, string folder, long bytes)
    {
        string path = Path.Combine(folder, "model.gguf");
        WeightsFile.Write(path, bytes);
        await store.CreateAsync(name, new Modelfile(new ModelfileInstruction(ModelfileKeyword.From, path)), new CreateOptions { Folder = folder }).ConfigureAwait(false);
        File.Delete(path);
        await store.PushAsync(name, new PushOptions { AllowInsecure = true }).ConfigureAwait(false);
        string weights = store.GetModelfile(name).Instructions[0].Value;
        return Path.GetFileName(weights).Replace('-', ':');
    }

    private static async Task<double> FetchAsync(string address, string file, string digest)
    {
        long started = Stopwatch.GetTimestamp();
        using Process shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"curl -sf -o '{file}' '{address}' && sha256sum '{file}'"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        string output = await shell.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await shell.WaitForExitAsync().ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        File.Delete(file);
        return output.StartsWith(digest["sha256:".Length..], StringComparison.Ordinal) ? seconds : throw new InvalidOperationException("curl fetched something else.");
    }

    private static async Task<(double Seconds, double Growth)> PullAsync(ModelStore store, string name)
    {
        long before = Environment.WorkingSet;
        long most = before;
        using Timer sampling = new(_ => most = Math.Max(most, Environment.WorkingSet), state: null, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));
        long started = Stopwatch.GetTimestamp();
        await store.PullAsync(name, new PullOptions { AllowInsecure = true }).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return (seconds, (most - before) / (1024.0 * 1024));
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
