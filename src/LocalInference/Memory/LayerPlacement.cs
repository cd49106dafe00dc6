namespace LocalInference;

/// <summary>
/// Puts consecutive layers on devices in the order of the devices, which is the only way that llama.cpp places them
/// (get_layer_buft_list in llama-model.cpp of v0.5.0).
/// </summary>
internal static class LayerPlacement
{
    // A device's share is found to a millionth, far below one layer.
    private const int Halvings = 20;

    /// <summary>
    /// The layers for each device, or <see langword="null"/> where they do not fit: all on the device with the most room if one can hold
    /// them, because every border between devices costs a copy; else so that the fullest device is as empty as can be.
    /// </summary>
    /// <param name="costs">Bytes of each layer, in order.</param>
    /// <param name="room">Bytes that each device has for layers.</param>
    public static int[]? Balance(ReadOnlySpan<long> costs, ReadOnlySpan<long> room)
    {
        int roomiest = 0;
        for (int i = 1; i < room.Length; i++)
        {
            roomiest = room[i] > room[roomiest] ? i : roomiest;
        }

        var counts = new int[room.Length];
        if (room.Length > 0 && Fill(costs, room[roomiest]) == costs.Length)
        {
            counts[roomiest] = costs.Length;
            return counts;
        }

        if (!Fill(costs, room, 1, counts))
        {
            return null;
        }

        double least = 0, most = 1;
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (least + most) / 2;
            (least, most) = Fill(costs, room, middle, counts) ? (least, middle) : (middle, most);
        }

        Fill(costs, room, most, counts);
        return counts;
    }

    /// <summary>The layers for each device by given shares, or <see langword="null"/> where one does not hold its own.</summary>
    /// <inheritdoc cref="Balance"/>
    /// <param name="costs">Bytes of each layer, in order.</param>
    /// <param name="room">Bytes that each device has for layers.</param>
    /// <param name="shares">Of each device; any scale.</param>
    public static int[]? Split(ReadOnlySpan<long> costs, ReadOnlySpan<long> room, ReadOnlySpan<float> shares)
    {
        double sum = 0;
        foreach (float share in shares)
        {
            sum += share;
        }

        var counts = new int[room.Length];
        double reached = 0;
        int next = 0;
        for (int device = 0; device < room.Length; device++)
        {
            reached += shares[device];
            int end = device == room.Length - 1 ? costs.Length : (int)Math.Round(costs.Length * reached / sum);
            if (Fill(costs[next..end], room[device]) < end - next)
            {
                return null;
            }

            counts[device] = end - next;
            next = end;
        }

        return counts;
    }

    private static bool Fill(ReadOnlySpan<long> costs, ReadOnlySpan<long> room, double share, int[] counts)
    {
        int next = 0;
        for (int device = 0; device < room.Length; device++)
        {
            counts[device] = Fill(costs[next..], share < 1 ? (long)(room[device] * share) : room[device]);
            next += counts[device];
        }

        return next == costs.Length;
    }

    private static int Fill(ReadOnlySpan<long> costs, long room)
    {
        int count = 0;
        while (count < costs.Length && costs[count] <= room)
        {
            room -= costs[count++];
        }

        return count;
    }
}
