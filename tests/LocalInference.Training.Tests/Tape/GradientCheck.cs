using LocalInference.Native;

namespace LocalInference.Training.Tests.Tape;

/// <summary>
/// Compares gradients with finite differences. The function is Σ r·y over all elements of an operation's result, with fixed random r. It is
/// followed along directions of random lengths and the gradient's own signs, so that no element's error cancels another's.
/// </summary>
internal static unsafe class GradientCheck
{
    private const double Step = 1.0 / 32;

    /// <summary>The largest relative error over all inputs.</summary>
    public static double Worst(Func<Training.Tape, Variable[], Variable> build, params (int Columns, int Rows)[] shapes)
    {
        float[][] inputs = [.. shapes.Select((s, i) => Random(s.Columns * s.Rows, (ulong)i + 1))];
        (_, float[][] gradients) = Run(build, shapes, inputs, backward: true);
        double worst = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            float[] lengths = Random(inputs[i].Length, (ulong)i + 100);
            float[] direction = [.. lengths.Zip(gradients[i], static (l, g) => MathF.Abs(l) * (g < 0 ? -1 : 1))];
            double expected = direction.Zip(gradients[i], static (d, g) => (double)d * g).Sum();
            Assert.True(expected > 0, $"Input {i} has no gradient");

            // Richardson's extrapolation of two central differences: the error falls with the fourth power of the step.
            double measured = ((4 * Slope(build, shapes, inputs, i, direction, Step / 2)) - Slope(build, shapes, inputs, i, direction, Step)) / 3;
            worst = Math.Max(worst, Math.Abs(measured - expected) / expected);
        }

        return worst;
    }

    /// <summary>Numbers from -1 to 1.</summary>
    public static float[] Random(int count, ulong key)
    {
        float[] values = new float[count];
        RandomBits.FillUniform(values, RandomBits.Mix(key), 1);
        return values;
    }

    private static double Slope(Func<Training.Tape, Variable[], Variable> build, (int Columns, int Rows)[] shapes, float[][] inputs, int index, float[] direction, double step)
    {
        return (At(step) - At(-step)) / (2 * step);

        double At(double distance)
        {
            float[][] moved = [.. inputs];
            moved[index] = [.. inputs[index].Zip(direction, (x, d) => (float)(x + (distance * d)))];
            return Run(build, shapes, moved, backward: false).Value;
        }
    }

    private static (double Value, float[][] Gradients) Run(Func<Training.Tape, Variable[], Variable> build, (int Columns, int Rows)[] shapes, float[][] inputs, bool backward)
    {
        using CpuBackend backend = new(threads: 1);
        using TapeRunner runner = new(backend);
        using Training.Tape tape = new(nodes: 1000, gradients: true);
        using HostTensors tensors = new(4 << 20, 64);
        Variable[] variables = new Variable[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            ggml_tensor* tensor = tensors.Add(ggml_type.GGML_TYPE_F32, shapes[i].Columns, shapes[i].Rows);
            inputs[i].CopyTo(HostTensors.Elements<float>(tensor));
            variables[i] = tape.Tracked(tensor);
        }

        Variable result = build(tape, variables);
        ggml_tensor* output = Like(tensors, result.Tensor);
        ggml_tensor* weights = Like(tensors, result.Tensor);
        Random((int)Ggml.ggml_nelements(output), 77).CopyTo(HostTensors.Elements<float>(weights));
        tape.Keep(result.Tensor, output);
        nint[] gradients = new nint[inputs.Length];
        if (backward)
        {
            tape.Backward(result, weights);
            for (int i = 0; i < inputs.Length; i++)
            {
                gradients[i] = (nint)Like(tensors, variables[i].Tensor);
                tape.Keep(variables[i].Gradient, (ggml_tensor*)gradients[i]);
            }
        }

        runner.Run(tape);
        double value = 0;
        for (int i = 0; i < HostTensors.Elements<float>(output).Length; i++)
        {
            value += (double)HostTensors.Elements<float>(output)[i] * HostTensors.Elements<float>(weights)[i];
        }

        return (value, backward ? [.. gradients.Select(static g => HostTensors.Elements<float>((ggml_tensor*)g).ToArray())] : []);
    }

    private static ggml_tensor* Like(HostTensors tensors, ggml_tensor* t) => tensors.Add(ggml_type.GGML_TYPE_F32, t->ne[0], t->ne[1], t->ne[2]);
}
