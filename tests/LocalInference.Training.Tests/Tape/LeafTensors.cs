using LocalInference.Native;

namespace LocalInference.Training.Tests.Tape;

/// <summary>Tensors that live as long as the tests.</summary>
internal static unsafe class LeafTensors
{
    private static readonly List<HostTensors> s_all = [];

    public static ggml_tensor* Integers(params int[] values)
    {
        ggml_tensor* tensor = Add(ggml_type.GGML_TYPE_I32, values.Length, 1);
        values.CopyTo(HostTensors.Elements<int>(tensor));
        return tensor;
    }

    public static ggml_tensor* Singles(int columns, int rows, float[] values)
    {
        ggml_tensor* tensor = Add(ggml_type.GGML_TYPE_F32, columns, rows);
        values.CopyTo(HostTensors.Elements<float>(tensor));
        return tensor;
    }

    private static ggml_tensor* Add(ggml_type type, int columns, int rows)
    {
        HostTensors tensors = new(HostTensors.Size(type, columns, rows), 1);
        lock (s_all)
        {
            s_all.Add(tensors);
        }

        return tensors.Add(type, columns, rows);
    }
}
