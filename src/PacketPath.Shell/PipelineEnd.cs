namespace PacketPath.Shell;

/// <summary>How a pipeline ended.</summary>
internal enum PipelineEnd
{
    /// <summary>It ran to its end.</summary>
    Completed,

    /// <summary>An error ended it.</summary>
    Failed,

    /// <summary>A signal stopped it.</summary>
    Stopped,
}
