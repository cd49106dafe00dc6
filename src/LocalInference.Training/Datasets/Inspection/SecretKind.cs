namespace LocalInference.Training;

/// <summary>What a text gives away.</summary>
internal enum SecretKind
{
    Email,
    Key,
    PrivateKey,
    Password,
}
