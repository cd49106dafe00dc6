using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>One product of weights with a batch of activations on a device, compared with what it should be.</summary>
internal sealed unsafe class MatrixProduct(ProbedDevice device, WeightMemory memory, ProbeMatrix matrix, int columns)
{
    // Mean squared error over mean square. Rounding activations to 8 bits costs about 1e-5, to BF16 1e-6; a wrong lane, a
    // swapped nibble or garbage costs 1e-2 and more.
    private const double Tolerance = 5e-4;

    /// <summary>Batch sizes with kernels of their own: one token, and a prompt.</summary>
    public static IReadOnlyList<int> Columns { get; } = [1, ProbeMatrix.MaxColumns];

    public override string ToString() =>
        $"{device.Name}: {matrix.Type.ToString()["GGML_TYPE_".Length..]} x F32, {ProbeMatrix.Rows}x{ProbeMatrix.Inner}x{columns}, weights in {memory.Name}";

    /// <summary>Whether the device offers this product.</summary>
    public bool IsSupported()
    {
        using var graph = new ProductGraph(matrix.Type, ProbeMatrix.Inner, ProbeMatrix.Rows, columns);

        // Repacking memories decide by the buffer of the weights, so these pretend to lie there.
        ggml_backend_buffer* empty = Ggml.ggml_backend_buft_alloc_buffer(memory.Type, 0);
        graph.Weights->buffer = empty;
        bool supported = Ggml.ggml_backend_dev_supports_op(device.Device, graph.Product) != 0;
        graph.Weights->buffer = null;
        Ggml.ggml_backend_buffer_free(empty);
        return supported;
    }

    /// <summary>Computes; says what is wrong with the result, or <see langword="null"/>.</summary>
    public string? FindFault()
    {
        float[] result = new float[ProbeMatrix.Rows * columns];
        if (Compute(result) is var status && status != ggml_status.GGML_STATUS_SUCCESS)
        {
            return $"failed with {status}";
        }

        double error = RelativeError(result, matrix.Product.AsSpan(0, result.Length));

        // Written so that NaN is refused too.
        return error <= Tolerance ? null : $"is wrong: relative error {error:G2}, {Tolerance:G2} is allowed";
    }

    private ggml_status Compute(float[] result)
    {
        using var graph = new ProductGraph(matrix.Type, ProbeMatrix.Inner, ProbeMatrix.Rows, columns);
        using ProductBuffers buffers = graph.Allocate(memory.Type, device.Memory)
            ?? throw JobFailedException.NativeLibrary($"{this}: no memory", NextSteps.Dependencies);
        fixed (byte* weights = matrix.Weights)
        {
            Ggml.ggml_backend_tensor_set(graph.Weights, weights, 0, (nuint)matrix.Weights.Length);
        }

        fixed (float* input = matrix.Activations, output = result)
        {
            Ggml.ggml_backend_tensor_set(graph.Activations, input, 0, (nuint)(columns * ProbeMatrix.Inner * sizeof(float)));
            ggml_status status = device.Compute(graph.Graph);
            Ggml.ggml_backend_tensor_get(graph.Product, output, 0, (nuint)(result.Length * sizeof(float)));
            return status;
        }
    }

    private static double RelativeError(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        double error = 0;
        double power = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = (double)actual[i] - expected[i];
            error += difference * difference;
            power += (double)expected[i] * expected[i];
        }

        return error / power;
    }
}
