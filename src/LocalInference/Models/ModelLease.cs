using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// Keeps a model's memory while a native call reads it, so that disposing the model on another thread cannot pull it away.
/// </summary>
internal readonly ref struct ModelLease
{
    private readonly ModelHandle _model;

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ModelLease(ModelHandle model)
    {
        bool added = false;
        model.DangerousAddRef(ref added);
        _model = model;
    }

    public void Dispose() => _model.DangerousRelease();
}
