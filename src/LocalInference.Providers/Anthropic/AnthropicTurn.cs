using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>A message in Anthropic's form: what one side says before the other one does.</summary>
internal sealed record AnthropicTurn(string Role, List<AIContent> Contents);
