namespace LocalInference.Text;

/// <summary>x</summary>
public static class ChatFormatDetector
{
}
