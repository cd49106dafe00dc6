namespace LocalInference.Native.Tests.Compute;

/// <summary>Which nodes of a graph are computed in managed code, and that they are what they were, against sums in double precision.</summary>
public sealed unsafe class ProductSubstitutionTests : IDisposable
{
    private const int Depth = 512;
    private const int Outputs = 45;

    private readonly CpuBackend _backend = new(threads: 2);
    private readonly ggml_context* _context = Ggml.ggml_init(new ggml_init_params
    {
        mem_size = (Ggml.ggml_tensor_overhead() * 16) + Ggml.ggml_graph_overhead_custom(16, grads: 0),
        no_alloc = 1,
    });

    private ggml_backend_buffer* _buffer;

    public void Dispose()
    {
        Ggml.ggml_free(_context);
        Ggml.ggml_backend_buffer_free(_buffer);
        _backend.Dispose();
    }

    [ProductTheory]
    [InlineData("f32", 64)]
    [InlineData("f16", 49)]
    [InlineData("q8_0", 48)]
    [InlineData("q5_0", 100)]
    [InlineData("q4_K", 257)]
    [InlineData("q6_K", 64)]
    public void Products_of_many_rows_are_computed_with_the_matrix_as_it_is_stored(string type, int rows)
    {
        ggml_tensor* product = Product(TypeOf(type), rows);
        double[] expected = Expected(Unpacked(CustomOperation.Source(product, 0)), Values(CustomOperation.Source(product, 1)), rows);
        int operation = product->op;

        ProductSubstitution.Apply(product);
        ProductSubstitution.Apply(product);

        Assert.NotEqual(operation, product->op);
        float[] results = Compute(product);
        Assert.All(expected.Zip(results), pair => Assert.InRange(pair.Second, pair.First - 1e-4, pair.First + 1e-4));
    }

    // Few rows, and what some processors multiply as it is.
    [ProductTheory]
    [InlineData("f16", 47)]
    [InlineData("bf16", 64)]
    public void Others_are_left_to_llama_cpp(string type, int rows)
    {
        ggml_tensor* product = Product(TypeOf(type), rows);
        int operation = product->op;

        ProductSubstitution.Apply(product);

        Assert.Equal(operation, product->op);
    }

    [ProductTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_no_weight_is_left(bool isView)
    {
        ggml_tensor* whole = Ggml.ggml_new_tensor_2d(_context, ggml_type.GGML_TYPE_F16, Depth, Outputs);
        ggml_tensor* part = isView ? Ggml.ggml_view_2d(_context, whole, Depth, Outputs - 1, (nuint)whole->nb[1], 0) : Ggml.ggml_cont(_context, whole);
        ggml_tensor* inputs = Ggml.ggml_new_tensor_2d(_context, ggml_type.GGML_TYPE_F32, Depth, 64);
        ggml_tensor* product = Ggml.ggml_mul_mat(_context, part, inputs);
        _buffer = Ggml.ggml_backend_alloc_ctx_tensors(_context, _backend.Pointer);
        int operation = product->op;

        ProductSubstitution.Apply(product);

        Assert.Equal(operation, product->op);
    }

    private static ggml_type TypeOf(string name) => Enum.GetValues<ggml_type>().Single(type => type.ToString().Equals("GGML_TYPE_" + name, StringComparison.OrdinalIgnoreCase));

    private ggml_tensor* Product(ggml_type type, int rows)
    {
        ggml_tensor* matrix = Ggml.ggml_new_tensor_2d(_context, type, Depth, Outputs);
        ggml_tensor* inputs = Ggml.ggml_new_tensor_2d(_context, ggml_type.GGML_TYPE_F32, Depth, rows);
        ggml_tensor* product = Ggml.ggml_mul_mat(_context, matrix, inputs);
        _buffer = Ggml.ggml_backend_alloc_ctx_tensors(_context, _backend.Pointer);
        fixed (float* values = Random(Depth * Outputs, seed: 1))
        {
            Ggml.ggml_quantize_chunk(type, values, matrix->data, 0, Outputs, Depth, null);
        }

        Random(Depth * rows, seed: 2).CopyTo(Values(inputs));
        return product;
    }

    private float[] Compute(ggml_tensor* product)
    {
        ggml_cgraph* graph = Ggml.ggml_new_graph_custom(_context, 16, grads: 0);
        Ggml.ggml_build_forward_expand(graph, product);
        Assert.Equal(ggml_status.GGML_STATUS_SUCCESS, Ggml.ggml_backend_graph_compute(_backend.Pointer, graph));
        return Values(product).ToArray();
    }

    private static float[] Unpacked(ggml_tensor* matrix)
    {
        float[] values = new float[Depth * Outputs];
        fixed (float* to = values)
        {
            if (matrix->type == ggml_type.GGML_TYPE_F32)
            {
                Values(matrix).CopyTo(values);
            }
            else
            {
                Ggml.ggml_get_type_traits(matrix->type)->to_float(matrix->data, to, values.Length);
            }
        }

        return values;
    }

    private static double[] Expected(float[] matrix, ReadOnlySpan<float> inputs, int rows)
    {
        double[] results = new double[rows * Outputs];
        for (int i = 0; i < results.Length; i++)
        {
            for (int k = 0; k < Depth; k++)
            {
                results[i] += (double)matrix[(i % Outputs * Depth) + k] * inputs[(i / Outputs * Depth) + k];
            }
        }

        return results;
    }

    private static Span<float> Values(ggml_tensor* tensor) => new(tensor->data, (int)Ggml.ggml_nelements(tensor));

    private static float[] Random(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
