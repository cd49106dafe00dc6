using System.Text.Json.Serialization;

namespace LocalInference.Training;

/// <summary>What can be wrong with an entry of a dataset.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DatasetIssueKind>))]
public enum DatasetIssueKind
{
    /// <summary>It is not of the dataset's format, and left out.</summary>
    Malformed,

    /// <summary>Its roles are unknown, or in an order that no conversation has.</summary>
    WrongRoles,

    /// <summary>The model's chat template refuses it or fails on it, and it is left out.</summary>
    Refused,

    /// <summary>Nothing of it is to be learned, and it is left out.</summary>
    Empty,

    /// <summary>It is longer than a sample may be, and cut.</summary>
    Truncated,

    /// <summary>The same was there before, to the letter.</summary>
    Duplicate,

    /// <summary>Nearly the same was there before.</summary>
    NearDuplicate,

    /// <summary>It holds a key or a password.</summary>
    Secret,

    /// <summary>It holds an e-mail address.</summary>
    Email,
}
