using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Cli.Run;

/// <summary>
/// A provider's model, or whichever a route leads to: nothing is known of it before it answers, and its defaults are its own. Thoughts do
/// not go back to it; some providers take none but their own signed ones.
/// </summary>
/// <param name="models">All models that the settings name; disposed with this.</param>
/// <param name="name">The model, or the route.</param>
/// <param name="onRoute">Told who answers, and why.</param>
internal sealed class RoutedModel(RoutedModels models, string name, Action<GenerationRoute> onRoute) : IConversationModel
{
    public bool HasTemplate => true;

    public bool Thinks => true;

    public bool RemembersThoughts => false;

    public SamplingOverrides Sampling => SamplingOverrides.None;

    public ModelDefaults Defaults => ModelDefaults.None;

    public int ContextLength => 0;

    public async IAsyncEnumerable<GenerationEvent> AnswerAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (GenerationEvent e in models.Generator.GenerateAsync(request with { Model = name }, cancellationToken).ConfigureAwait(false))
        {
            GenerationRoute? route = e switch
            {
                GenerationStarted started => started.Route,
                AnswerContinued continued => continued.Route,
                _ => null,
            };
            if (route is not null)
            {
                onRoute(route);
            }

            yield return e;
        }
    }

    public ValueTask DisposeAsync() => models.DisposeAsync();
}
