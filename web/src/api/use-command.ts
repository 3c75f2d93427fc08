import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiError } from './request.ts';

/**
 * A change made by a person. When it is done, what it touched is read again; nothing is shown before the server said so.
 * @param options.touches keys of the queries whose answers it changes
 */
export function useCommand<Input, Output>(options: {
  run: (input: Input) => Promise<Output>;
  touches?: readonly QueryKey[];
  onDone?: (output: Output, input: Input) => void;
}) {
  const queryClient = useQueryClient();
  return useMutation<Output, ApiError, Input>({
    mutationFn: options.run,
    onSuccess: async (output, input) => {
      options.onDone?.(output, input);
      await Promise.all((options.touches ?? []).map((queryKey) => queryClient.invalidateQueries({ queryKey })));
    },
  });
}
