using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Samples that are computed together, one behind the other, as ggml reads them.</summary>
internal sealed unsafe class TokenBatch : IDisposable
{
    private readonly HostTensors _tensors;

    /// <summary>Lays out samples.</summary>
    /// <param name="samples">Each with at least two tokens; all of them together at least one target of a weight above 0.</param>
    /// <param name="scale">What weights are multiplied with.</param>
    /// <param name="dropoutKey">Makes the dropout of this batch; 0: none.</param>
    /// <param name="layerDropout">How likely an element of what a layer adds is dropped.</param>
    public TokenBatch(IReadOnlyList<TrainingSample> samples, float scale, ulong dropoutKey = 0, float layerDropout = 0)
    {
        DropoutKey = dropoutKey;
        LayerDropout = layerDropout;
        int length = samples.Sum(static s => s.Tokens.Length - 1);
        int targets = samples.Sum(static s => TargetCount(s));
        int[] lengths = [.. samples.Select(static s => s.Tokens.Length - 1)];
        IReadOnlyList<int> groups = SampleGroups.Of(lengths);
        _tensors = new HostTensors((2 * Size(length)) + (3 * Size(targets)) + MaskBytes(lengths), 5 + groups.Count);
        Tokens = _tensors.Add(ggml_type.GGML_TYPE_I32, length);
        Positions = _tensors.Add(ggml_type.GGML_TYPE_I32, length);
        TargetRows = _tensors.Add(ggml_type.GGML_TYPE_I32, targets);
        Targets = _tensors.Add(ggml_type.GGML_TYPE_I32, targets);
        Weights = _tensors.Add(ggml_type.GGML_TYPE_F32, targets);
        Fill(samples, scale);
        AddSegments(lengths, groups);
    }

    /// <summary>The ids that are read.</summary>
    public ggml_tensor* Tokens { get; }

    /// <summary>The place of each in its sample.</summary>
    public ggml_tensor* Positions { get; }

    /// <summary>Which tokens have a target that counts.</summary>
    public ggml_tensor* TargetRows { get; }

    /// <summary>What each of those is to predict.</summary>
    public ggml_tensor* Targets { get; }

    /// <summary>How much that counts.</summary>
    public ggml_tensor* Weights { get; }

    /// <summary>Where samples lie that are short enough to be computed together, or one that is not.</summary>
    public List<Segment> Segments { get; } = [];

    public ulong DropoutKey { get; }

    public float LayerDropout { get; }

    public int Length => (int)Tokens->ne[0];

    public int TargetLength => (int)Targets->ne[0];

    /// <summary>Targets of a sample that count.</summary>
    public static int TargetCount(TrainingSample sample) => sample.Weights.AsSpan(1).Length - sample.Weights.AsSpan(1).Count(0f);

    public void Dispose() => _tensors.Dispose();

    private static long Size(int length) => HostTensors.Size(ggml_type.GGML_TYPE_I32, length);

    private void Fill(IReadOnlyList<TrainingSample> samples, float scale)
    {
        int at = 0;
        int target = 0;
        foreach (TrainingSample sample in samples)
        {
            int length = sample.Tokens.Length - 1;
            for (int i = 0; i < length; i++)
            {
                HostTensors.Elements<int>(Tokens)[at + i] = sample.Tokens[i];
                HostTensors.Elements<int>(Positions)[at + i] = i;
                if (sample.Weights[i + 1] != 0)
                {
                    HostTensors.Elements<int>(TargetRows)[target] = at + i;
                    HostTensors.Elements<int>(Targets)[target] = sample.Tokens[i + 1];
                    HostTensors.Elements<float>(Weights)[target++] = sample.Weights[i + 1] * scale;
                }
            }

            at += length;
        }
    }

    private void AddSegments(int[] lengths, IReadOnlyList<int> groups)
    {
        int start = 0;
        int sample = 0;
        foreach (int count in groups)
        {
            int[] group = lengths[sample..(sample + count)];
            int length = group.Sum();
            Segments.Add(new Segment(start, length, count > 1 ? (nint)Mask(group, length) : 0));
            start += length;
            sample += count;
        }
    }

    // Within a sample up to the token itself, and nothing else.
    private ggml_tensor* Mask(int[] group, int length)
    {
        ggml_tensor* mask = _tensors.Add(ggml_type.GGML_TYPE_F32, length, length);
        Span<float> rows = HostTensors.Elements<float>(mask);
        rows.Fill(float.NegativeInfinity);
        int start = 0;
        foreach (int count in group)
        {
            for (int i = 0; i < count; i++)
            {
                rows.Slice(((start + i) * length) + start, i + 1).Clear();
            }

            start += count;
        }

        return mask;
    }

    private static long MaskBytes(int[] lengths) =>
        SampleGroups.Lengths(lengths).Where(static g => g.Samples > 1).Sum(static g => HostTensors.Size(ggml_type.GGML_TYPE_F32, g.Length, g.Length));
}
