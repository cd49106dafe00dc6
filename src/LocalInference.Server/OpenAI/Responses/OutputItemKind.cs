namespace LocalInference.Server.OpenAI.Responses;

/// <summary>What a part of a response is.</summary>
internal enum OutputItemKind
{
    /// <summary>What the model thought.</summary>
    Reasoning,

    /// <summary>What it says.</summary>
    Message,

    /// <summary>A function that it calls.</summary>
    FunctionCall,
}
