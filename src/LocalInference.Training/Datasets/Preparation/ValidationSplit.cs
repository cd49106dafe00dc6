using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LocalInference.Training;

/// <summary>
/// Chooses what is kept for validation by what samples say, not by where they are: entries that are added later move none from one
/// side to the other but at the border, and two that say the same are on the same side.
/// </summary>
internal static class ValidationSplit
{
    /// <param name="digests">For each sample a digest of what it says.</param>
    /// <param name="share">The share to choose, of which at least one sample is, and is not, where there are two.</param>
    /// <param name="seed">Decides which.</param>
    /// <returns>For each sample whether it is for validation.</returns>
    public static bool[] Choose(IReadOnlyList<string> digests, double share, int seed)
    {
        if (share <= 0 || digests.Count < 2)
        {
            return new bool[digests.Count];
        }

        ulong[] places = [.. digests.Select(digest => Place(digest, seed))];
        ulong[] order = [.. places.Distinct().Order()];
        int wanted = Math.Clamp((int)Math.Round(share * order.Length, MidpointRounding.AwayFromZero), 1, Math.Max(1, order.Length - 1));
        ulong last = order[wanted - 1];
        return [.. places.Select(place => order.Length > 1 && place <= last)];
    }

    private static ulong Place(string digest, int seed) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {digest}")));
}
