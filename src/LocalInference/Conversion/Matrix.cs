namespace LocalInference;

/// <summary>Matrices whose rows lie one behind the other.</summary>
internal static class Matrix
{
    /// <summary>A new matrix whose rows are the columns of this one.</summary>
    public static float[] Transpose(float[] matrix, int columns)
    {
        int rows = matrix.Length / columns;
        float[] transposed = new float[matrix.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = matrix[(row * columns) + column];
            }
        }

        return transposed;
    }
}
