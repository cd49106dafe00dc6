using LocalInference.Training;

namespace LocalInference.Guide;

/// <summary>Prints a line every few steps.</summary>
/// <param name="name">Who takes them.</param>
/// <param name="output">Where to; safe on several threads.</param>
internal sealed class StepPrinter(string name, TextWriter output) : IProgress<TrainingProgress>
{
    private const int Interval = 10;

    public void Report(TrainingProgress value)
    {
        if (value.Step % Interval == 0 || value.Step == value.Steps)
        {
            output.WriteLine($"{name}: step {value.Step}/{value.Steps}  loss {value.Loss:F4}  {value.TokensPerSecond:F0} tokens/s  {value.Remaining:h\\:mm\\:ss} left");
        }
    }
}
