using LocalInference.Gguf;

namespace LocalInference.TestModels;

/// <summary>
/// The tensors that llama.cpp v0.5.0 asks of each architecture (load_arch_tensors in src/models/*.cpp), with their
/// names from llama-arch.cpp.
/// </summary>
internal sealed class TensorLayout
{
    private readonly TestModelSpec _spec;
    private readonly List<Weight> _weights = [];
    private readonly int _width;
    private readonly int _queries;
    private readonly int _keys;

    private TensorLayout(TestModelSpec spec)
    {
        _spec = spec;
        _width = spec.EmbeddingLength;
        _queries = spec.HeadCount * spec.EffectiveHeadLength;
        _keys = spec.KeyValueHeadCount * spec.EffectiveHeadLength;
    }

    private bool IsGemma => _spec.Architecture is TestArchitecture.Gemma or TestArchitecture.Gemma2 or TestArchitecture.Gemma3;

    public static IReadOnlyList<Weight> Of(TestModelSpec spec)
    {
        TensorLayout layout = new(spec);
        if (spec.Architecture == TestArchitecture.Bert)
        {
            layout.AddEncoder();
        }
        else
        {
            layout.AddDecoder();
        }

        return layout._weights;
    }

    private void AddDecoder()
    {
        AddEmbedding();
        for (int i = 0; i < _spec.BlockCount; i++)
        {
            if (_spec.Architecture == TestArchitecture.Mamba)
            {
                AddStateSpace($"blk.{i}.");
            }
            else
            {
                AddAttention($"blk.{i}.");
                AddFeedForward($"blk.{i}.");
            }
        }

        // Gemma's logits come from its embeddings, which are small here.
        Vector("output_norm.weight", IsGemma ? 2 * MathF.Sqrt(_width) : 1, 0.1f, _width);
        if (!_spec.TiedEmbeddings && !IsGemma)
        {
            Matrix("output", _width, _spec.VocabularySize);
        }
    }

    private void AddAttention(string block)
    {
        Norm($"{block}attn_norm.weight", _width);
        if (_spec.Architecture == TestArchitecture.Phi3)
        {
            Matrix($"{block}attn_qkv", _width, _queries + (2 * _keys));
        }
        else
        {
            AddSeparateProjections(block, biases: _spec.Architecture == TestArchitecture.Qwen2);
        }

        Matrix($"{block}attn_output", _queries, _width);
        if (_spec.Architecture is TestArchitecture.Qwen3 or TestArchitecture.Gemma3)
        {
            Norm($"{block}attn_q_norm.weight", _spec.EffectiveHeadLength);
            Norm($"{block}attn_k_norm.weight", _spec.EffectiveHeadLength);
        }

        if (_spec.Architecture is TestArchitecture.Gemma2 or TestArchitecture.Gemma3)
        {
            Norm($"{block}post_attention_norm.weight", _width);
        }
    }

    private void AddFeedForward(string block)
    {
        int hidden = _spec.FeedForwardLength;
        Norm($"{block}ffn_norm.weight", _width);
        if (_spec.Architecture == TestArchitecture.Phi3)
        {
            Matrix($"{block}ffn_up", _width, 2 * hidden);
        }
        else
        {
            Matrix($"{block}ffn_gate", _width, hidden);
            Matrix($"{block}ffn_up", _width, hidden);
        }

        Matrix($"{block}ffn_down", hidden, _width);
        if (_spec.Architecture is TestArchitecture.Gemma2 or TestArchitecture.Gemma3)
        {
            Norm($"{block}post_ffw_norm.weight", _width);
        }
    }

    private void AddStateSpace(string block)
    {
        int inner = StateSpace.InnerLength(_spec);
        Norm($"{block}attn_norm.weight", _width);
        Matrix($"{block}ssm_in", _width, 2 * inner);

        // ggml's convolution and scan take F32 only.
        Tensor($"{block}ssm_conv1d.weight", 0, Uniform(0.5f), GgufTensorType.F32, StateSpace.Kernel, inner);
        Bias($"{block}ssm_conv1d.bias", inner);
        Matrix($"{block}ssm_x", inner, StateSpace.TimeStepRank + (2 * StateSpace.StateLength));
        Matrix($"{block}ssm_dt", StateSpace.TimeStepRank, inner);
        Bias($"{block}ssm_dt.bias", inner);

        // Negative: the state fades. Slowly enough that a token matters for some dozens that follow.
        Tensor($"{block}ssm_a", -0.05f, 0.04f, GgufTensorType.F32, StateSpace.StateLength, inner);
        Vector($"{block}ssm_d", 1, 0.1f, inner);
        Matrix($"{block}ssm_out", inner, _width);
    }

    private void AddEncoder()
    {
        AddEmbedding();

        // Added to activations as they are, so they stay F32.
        Tensor("position_embd.weight", 0, 1, GgufTensorType.F32, _width, _spec.ContextLength);
        Tensor("token_types.weight", 0, 1, GgufTensorType.F32, _width, 2);
        NormWithBias("token_embd_norm");
        for (int i = 0; i < _spec.BlockCount; i++)
        {
            string block = $"blk.{i}.";
            AddSeparateProjections(block, biases: true);
            MatrixWithBias($"{block}attn_output", _queries, _width);
            NormWithBias($"{block}attn_output_norm");
            MatrixWithBias($"{block}ffn_up", _width, _spec.FeedForwardLength);
            MatrixWithBias($"{block}ffn_down", _spec.FeedForwardLength, _width);
            NormWithBias($"{block}layer_output_norm");
        }
    }

    private void AddSeparateProjections(string block, bool biases)
    {
        foreach ((string name, int rows) in new[] { ("attn_q", _queries), ("attn_k", _keys), ("attn_v", _keys) })
        {
            Matrix(block + name, _width, rows);
            if (biases)
            {
                Bias($"{block}{name}.bias", rows);
            }
        }
    }

    private void MatrixWithBias(string name, int columns, int rows)
    {
        Matrix(name, columns, rows);
        Bias($"{name}.bias", rows);
    }

    private void NormWithBias(string name)
    {
        Norm($"{name}.weight", _width);
        Bias($"{name}.bias", _width);
    }

    /// <summary>
    /// Embeddings that also make the logits are kept small beside what the layers add; otherwise a token would mostly
    /// predict itself and generated text would be one word repeated. Gemma multiplies them by the root of the width.
    /// </summary>
    private void AddEmbedding()
    {
        float spread = (_spec.TiedEmbeddings, IsGemma) switch
        {
            (_, true) => 1f / _width,
            (true, _) => 1 / MathF.Sqrt(_width),
            _ => 1,
        };
        Tensor("token_embd.weight", 0, Uniform(spread), _spec.WeightType, _width, _spec.VocabularySize);
    }

    /// <summary>A matrix that keeps the size of what it multiplies.</summary>
    private void Matrix(string name, int columns, int rows) =>
        Tensor($"{name}.weight", 0, Uniform(1 / MathF.Sqrt(columns)), _spec.WeightType, columns, rows);

    private void Norm(string name, int length) => Vector(name, 1, 0.1f, length);

    private void Bias(string name, int length) => Vector(name, 0, 0.05f, length);

    private void Vector(string name, float center, float amplitude, int length) =>
        Tensor(name, center, amplitude, GgufTensorType.F32, length);

    private void Tensor(string name, float center, float amplitude, GgufTensorType type, params ReadOnlySpan<long> dimensions) =>
        _weights.Add(new(new(name, type, dimensions), center, amplitude));

    /// <summary>Values that are evenly distributed in ±a have a standard deviation of a / √3.</summary>
    private static float Uniform(float standardDeviation) => MathF.Sqrt(3) * standardDeviation;
}
