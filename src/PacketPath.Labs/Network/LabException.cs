namespace PacketPath.Labs;

/// <summary>A lab could not be built or run.</summary>
public sealed class LabException : Exception
{
    /// <summary>Creates the exception.</summary>
    public LabException(string message, string advice, Exception? inner = null)
        : base(message, inner) => Advice = advice;

    /// <summary>What to do about it.</summary>
    public string Advice { get; }
}
