using System.Globalization;
using LocalInference.StoreTransfer;

// StoreTransfer [--megabytes 500] [--rounds 5] [--at-least 0.8] [--growth 64]
//
// Pulls a model from a registry on loopback, and fetches the same blob with curl and hashes it with sha256sum, in turns. Ends with 1 if
// the pull is slower than that share of theirs, or the process grows by more MiB.
double Option(string name, double fallback)
{
    int index = Array.IndexOf(args, name);
    return index < 0 ? fallback : double.Parse(args[index + 1], CultureInfo.InvariantCulture);
}

double share = Option("--at-least", 0);
double growth = Option("--growth", double.PositiveInfinity);
long bytes = (long)(Option("--megabytes", 500) * 1e6);
Comparison comparison = await Comparison.RunAsync(bytes, (int)Option("--rounds", 5)).ConfigureAwait(false);
Console.WriteLine(comparison);
return comparison.Share >= share && comparison.GrowthMebibytes <= growth ? 0 : 1;
