namespace LocalInference.Training;

/// <summary>What a run trains, attached to its model until it is disposed.</summary>
internal interface ITrainedWeights : IDisposable
{
    ParameterSet Parameters { get; }

    /// <summary>The parameters that are whole matrices of layers.</summary>
    IEnumerable<Parameter> Matrices { get; }

    /// <summary>The name of the result's file in the run's directory.</summary>
    string FileName { get; }

    /// <summary>Whether the result is used with the model, or in its place.</summary>
    bool IsAdapter { get; }

    /// <summary>Writes what has been trained; a file of that name is there whole, or as it was before.</summary>
    void Write(string path);
}
