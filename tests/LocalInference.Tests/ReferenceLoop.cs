using System.Text;
using LocalInference.Native;

namespace LocalInference.Tests;

/// <summary>
/// The smallest loop over libllama that generates greedily: its own model, its own context, one token after the other, no batch
/// buffer, no threadpool, no sampler of ours. What the engine must equal.
/// </summary>
internal static unsafe class ReferenceLoop
{
    public static int[] Greedy(string path, int[] prompt, int count)
    {
        var generated = new List<int>();
        Run(path, prompt, count, logits =>
        {
            generated.Add(Best(logits));
            return generated[^1];
        });
        return [.. generated];
    }

    /// <summary>
    /// How far below the best logit the tokens of an answer are, at the worst: 0 if it is the greedy one. Kernels round
    /// differently for other batch shapes, so a token that ties with the best one may be chosen instead; a cache that holds
    /// something else than it should is off by far more.
    /// </summary>
    public static float WorstShortfall(string path, int[] prompt, int[] answer)
    {
        float worst = 0;
        int at = 0;
        Run(path, prompt, answer.Length, logits =>
        {
            worst = Math.Max(worst, logits[Best(logits)] - logits[answer[at]]);
            return answer[at++];
        });
        return worst;
    }

    private static int Best(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }

    private static void Run(string path, int[] prompt, int count, Chooser choose)
    {
        NativeRuntime.Get();
        llama_model_params modelParameters = Llama.llama_model_default_params();
        fixed (byte* file = Encoding.UTF8.GetBytes(path + '\0'))
        {
            llama_model* model = Llama.llama_model_load_from_file(file, modelParameters);
            llama_context_params parameters = Llama.llama_context_default_params();
            parameters.n_ctx = (uint)(prompt.Length + count + 1);
            parameters.n_threads = 1;
            parameters.n_threads_batch = 1;
            llama_context* context = Llama.llama_init_from_model(model, parameters);
            int vocabularySize = Llama.llama_vocab_n_tokens(Llama.llama_model_get_vocab(model));
            foreach (int token in prompt)
            {
                Decode(context, token);
            }

            for (int i = 0; i < count; i++)
            {
                Decode(context, choose(new ReadOnlySpan<float>(Llama.llama_get_logits_ith(context, -1), vocabularySize)));
            }

            Llama.llama_free(context);
            Llama.llama_model_free(model);
        }
    }

    private delegate int Chooser(ReadOnlySpan<float> logits);

    private static void Decode(llama_context* context, int token)
    {
        // Without positions and sequences llama.cpp appends to sequence 0 and wants the logits of the last row.
        var batch = new llama_batch { n_tokens = 1, token = &token };
        if (Llama.llama_decode(context, batch) != 0)
        {
            throw new InvalidOperationException("llama_decode failed");
        }
    }
}
