using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference.Training;

/// <summary>Makes samples of records, for one model. Not thread safe.</summary>
/// <param name="model">Its template and its vocabulary decide.</param>
/// <param name="options">What is learned, and how long a sample may be.</param>
/// <param name="cancellationToken">Ends the rendering.</param>
internal sealed class SampleMaker(LocalModel model, DatasetOptions options, CancellationToken cancellationToken)
{
    private readonly Tokenizer _tokenizer = model.Tokenizer;
    private ConversationSamples? _conversations;

    /// <summary>The samples of a record, whole.</summary>
    /// <exception cref="GenerationException">The model's template is missing, fails, or refuses a conversation.</exception>
    public IEnumerable<TrainingSample> Make(DatasetRecord record) => record switch
    {
        ConversationRecord conversation => (_conversations ??= new ConversationSamples(model.Chat.Find(template: null), options.Date, cancellationToken)).Render(conversation).Select(Tokenize),
        CompletionRecord completion => [Complete(completion)],
        TextRecord text => Continue(text.Text),
        _ => throw new ArgumentOutOfRangeException(nameof(record)),
    };

    private TrainingSample Tokenize(RenderedSample sample)
    {
        TokenizedText text = TokenizedText.Of(_tokenizer, sample.Text, sample.Learned.SelectMany(static range => new[] { range.Start, range.End }));
        float[] weights = new float[text.Tokens.Count];
        if (options.Loss == DatasetLoss.Everything)
        {
            Array.Fill(weights, 1);
        }
        else
        {
            foreach (TextRange range in sample.Learned)
            {
                Mark(text, range, weights);
            }
        }

        return new TrainingSample([.. text.Tokens], weights);
    }

    // What the template writes behind the token that ends a turn is never generated.
    private void Mark(TokenizedText text, TextRange range, float[] weights)
    {
        int last = -1;
        for (int i = 0; i < weights.Length; i++)
        {
            TextRange token = text.Ranges[i];
            if (token.Start >= range.Start && token.End <= range.End && token.End > range.Start)
            {
                weights[i] = 1;
                last = _tokenizer.IsEndOfGeneration(text.Tokens[i]) ? i : last;
            }
        }

        if (last < 0)
        {
            return;
        }

        for (int i = last + 1; i < weights.Length && text.Ranges[i].End <= range.End; i++)
        {
            weights[i] = 0;
        }
    }

    private TrainingSample Complete(CompletionRecord record)
    {
        MarkedText text = Content(record.Prompt + record.Completion);
        TokenizedText tokens = TokenizedText.Of(_tokenizer, text, [record.Prompt.Length]);
        float[] weights = [.. tokens.Ranges.Select(range => options.Loss == DatasetLoss.Everything || (range.Start >= record.Prompt.Length && range.End > range.Start) ? 1f : 0f)];
        return WithEnd([.. tokens.Tokens], weights, record.Completion.Length > 0);
    }

    // A text that is too long becomes several, of which each but the first begins with the end of the one before, so that every
    // token is predicted once.
    private IEnumerable<TrainingSample> Continue(string text)
    {
        int[] tokens = [.. TokenizedText.Of(_tokenizer, Content(text), []).Tokens];
        TrainingSample whole = WithEnd(tokens, [.. Enumerable.Repeat(1f, tokens.Length)], text.Length > 0);
        for (int start = 0; start == 0 || start < whole.Tokens.Length - 1; start += options.MaxLength - 1)
        {
            int end = Math.Min(start + options.MaxLength, whole.Tokens.Length);
            yield return new TrainingSample(whole.Tokens[start..end], whole.Weights[start..end]);
        }
    }

    // Without it, a model never learns to stop.
    private TrainingSample WithEnd(int[] tokens, float[] weights, bool isLearned) => _tokenizer.EndOfSequence is { } end && isLearned
        ? new TrainingSample([.. tokens, end], [.. weights, 1])
        : new TrainingSample(tokens, weights);

    private static MarkedText Content(string text) => new(text, text.Length == 0 ? [] : [new TextSegment(0, text.Length, IsContent: true)]);
}
