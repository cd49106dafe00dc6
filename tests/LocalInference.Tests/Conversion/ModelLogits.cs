using System.Text;
using LocalInference.Native;

namespace LocalInference.Tests.Conversion;

/// <summary>The logits behind each token of a text, by libllama alone: one batch, keys and values in single precision.</summary>
internal static unsafe class ModelLogits
{
    public static float[][] Of(string path, int[] tokens, params (string Path, float Scale)[] adapters)
    {
        NativeRuntime.Get();
        llama_model* model;
        llama_model_params loading = Llama.llama_model_default_params();
        loading.n_gpu_layers = 0;
        fixed (byte* file = Utf8(path))
        {
            model = Llama.llama_model_load_from_file(file, loading);
        }

        llama_context_params parameters = Llama.llama_context_default_params();
        parameters.n_ctx = 256;
        parameters.n_batch = parameters.n_ubatch = 256;
        parameters.n_threads = parameters.n_threads_batch = 1;
        parameters.n_outputs_max = parameters.n_outputs_max_per_seq = 256;
        parameters.type_k = parameters.type_v = ggml_type.GGML_TYPE_F32;
        parameters.flash_attn_type = llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED;
        llama_context* context = Llama.llama_init_from_model(model, parameters);
        Attach(model, context, adapters);
        float[][] logits = Decode(model, context, tokens);
        Llama.llama_free(context);
        Llama.llama_model_free(model);
        return logits;
    }

    /// <summary>The largest difference of any two logits.</summary>
    public static float Distance(float[][] left, float[][] right) =>
        left.Zip(right).Max(static rows => rows.First.Zip(rows.Second).Max(static pair => MathF.Abs(pair.First - pair.Second)));

    /// <summary>Kullback-Leibler divergence of the next token's distribution, mean over all places, in nats.</summary>
    public static double Divergence(float[][] expected, float[][] actual) => expected.Zip(actual).Average(static rows =>
    {
        double[] p = LogSoftmax(rows.First);
        double[] q = LogSoftmax(rows.Second);
        return p.Zip(q).Sum(static pair => Math.Exp(pair.First) * (pair.First - pair.Second));
    });

    private static double[] LogSoftmax(float[] logits)
    {
        double most = logits.Max();
        double sum = Math.Log(logits.Sum(logit => Math.Exp(logit - most)));
        return [.. logits.Select(logit => logit - most - sum)];
    }

    private static void Attach(llama_model* model, llama_context* context, (string Path, float Scale)[] adapters)
    {
        llama_adapter_lora** loaded = stackalloc llama_adapter_lora*[adapters.Length];
        float[] scales = [.. adapters.Select(static adapter => adapter.Scale)];
        for (int i = 0; i < adapters.Length; i++)
        {
            fixed (byte* file = Utf8(adapters[i].Path))
            {
                loaded[i] = Llama.llama_adapter_lora_init(model, file);
            }

            Assert.True(loaded[i] != null, $"'{adapters[i].Path}' was refused");
        }

        fixed (float* values = scales)
        {
            Assert.Equal(0, Llama.llama_set_adapters_lora(context, loaded, (nuint)adapters.Length, values));
        }
    }

    private static float[][] Decode(llama_model* model, llama_context* context, int[] tokens)
    {
        int size = Llama.llama_vocab_n_tokens(Llama.llama_model_get_vocab(model));
        sbyte[] outputs = [.. Enumerable.Repeat((sbyte)1, tokens.Length)];
        fixed (int* ids = tokens)
        fixed (sbyte* wanted = outputs)
        {
            var batch = new llama_batch { n_tokens = tokens.Length, token = ids, logits = wanted };
            Assert.Equal(0, Llama.llama_decode(context, batch));
        }

        return [.. Enumerable.Range(0, tokens.Length).Select(i => new ReadOnlySpan<float>(Llama.llama_get_logits_ith(context, i), size).ToArray())];
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
