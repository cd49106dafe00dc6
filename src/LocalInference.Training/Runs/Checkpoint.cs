using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference.Training;

/// <summary>
/// All that a run needs to go on, bit for bit, in one GGUF file: values and moments, and where it was. The file is written beside its name,
/// flushed and renamed, so that there is a whole one at any time.
/// </summary>
internal sealed class Checkpoint(string path, string fingerprint)
{
    private const string ValueTensor = "values";
    private const string FirstTensor = "first_moments";
    private const string SecondTensor = "second_moments";

    public bool Exists => File.Exists(path);

    public void Write(RunState state, ParameterSet parameters, Optimizer optimizer)
    {
        long length = parameters.Values.Length;
        GgufMetadata metadata = new GgufMetadataBuilder()
            .Set("general.type", "checkpoint")
            .Set("training.fingerprint", fingerprint)
            .Set("training.step", state.Step)
            .Set("training.loss", GgufValue.From(state.Loss))
            .Set("training.gradient_norm", GgufValue.From(state.GradientNorm))
            .Set("training.evaluation_due", state.IsEvaluationDue)
            .Set("training.best_loss", GgufValue.From(state.BestLoss))
            .Set("training.worse", state.Worse)
            .Set("training.backward", state.Backward.ToString())
            .Set("training.transposed_bytes", GgufValue.From(state.TransposedBytes))
            .Build();
        using GgufWriter writer = GgufWriter.Create(path, metadata,
        [
            new(ValueTensor, GgufTensorType.F32, length),
            new(FirstTensor, GgufTensorType.F32, length),
            new(SecondTensor, GgufTensorType.F32, length),
        ]);
        TensorSlices.Write(writer, parameters.Values);
        TensorSlices.Write(writer, optimizer.First);
        TensorSlices.Write(writer, optimizer.Second);
        writer.Complete();
    }

    /// <summary>Reads what was written.</summary>
    /// <exception cref="TrainingException">It is of another training, or damaged.</exception>
    public RunState Read(ParameterSet parameters, Optimizer optimizer)
    {
        try
        {
            using GgufFile file = GgufFile.Open(path);
            GgufMetadata metadata = file.Metadata;
            if (!metadata.TryGetString("training.fingerprint", out string other) || other != fingerprint)
            {
                throw ExceptionFactory.TrainingCheckpoint(path, "it is of another model, other samples or other options");
            }

            ReadTensor(file, ValueTensor, parameters.Values);
            ReadTensor(file, FirstTensor, optimizer.First);
            ReadTensor(file, SecondTensor, optimizer.Second);
            return new RunState
            {
                Step = (int)metadata.GetUInt32("training.step"),
                Loss = Number(metadata, "training.loss"),
                GradientNorm = Number(metadata, "training.gradient_norm"),
                IsEvaluationDue = metadata.TryGetBoolean("training.evaluation_due", out bool isDue) && isDue,
                BestLoss = Number(metadata, "training.best_loss"),
                Worse = (int)metadata.GetUInt32("training.worse"),
                Backward = Enum.TryParse(metadata.GetString("training.backward"), out BackwardPrecision backward) ? backward : BackwardPrecision.OnTheFly,

                // Before there were copies of some matrices they were of all.
                TransposedBytes = metadata.TryGetInt64("training.transposed_bytes", out long transposed) ? transposed : long.MaxValue,
            };
        }
        catch (Exception e) when (e is GgufException or IOException)
        {
            throw ExceptionFactory.TrainingCheckpoint(path, e.Message.TrimEnd('.'));
        }
    }

    private static double Number(GgufMetadata metadata, string key) => metadata[key].TryGetDouble(out double value) ? value : double.NaN;

    private void ReadTensor(GgufFile file, string name, Span<float> into)
    {
        if (file.FindTensor(name) is not { Type: GgufTensorType.F32 } tensor || tensor.ElementCount != into.Length)
        {
            throw ExceptionFactory.TrainingCheckpoint(path, $"'{name}' is missing or of another size");
        }

        TensorSlices.Read(file, tensor, into);
    }
}
