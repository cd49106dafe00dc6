namespace LocalInference.Server;

/// <summary>What a key opens.</summary>
public enum ApiKeyScope
{
    /// <summary>The use of models.</summary>
    User,

    /// <summary>That, what changes the models that there are, and <c>/metrics</c>, which tells what each key takes.</summary>
    Admin,
}
